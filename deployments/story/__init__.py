"""What pages say, as sentences that Python makes of data: one file for each subject."""
