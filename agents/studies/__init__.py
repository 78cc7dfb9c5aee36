"""Studies with trained policies: attribution, sensitivity, situations."""
