"""What the commentary's template is told, section by section."""
