"""The report of a results file: one page of HTML that opens without a network."""
