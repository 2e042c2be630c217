"""Python and Django only, no models: what every room may stand on."""
