"""The sentences on the pages, made from data by pure functions: one file for each subject."""
