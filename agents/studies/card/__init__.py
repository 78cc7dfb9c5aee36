"""The Goodhart card: how good each proxy is before it is paid on, and what optimizing it does to the truth."""
