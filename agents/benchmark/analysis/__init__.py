"""What results say: statistics, leaderboards, Goodhart measures, comparisons. Nothing here runs a floor."""
