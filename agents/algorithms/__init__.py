"""The table of algorithms, and the plans of those that train and of those that search."""
