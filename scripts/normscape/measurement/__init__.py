"""The measurement: the exact full-batch gradient, the estimators of smoothness, the probes that take them."""
