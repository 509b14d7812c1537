"""The networks: what an entry in the config must say, building it, looking at it by layers."""
