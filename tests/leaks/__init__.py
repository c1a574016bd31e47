"""The leak table (who may see what), the data for it, and the requests that compare the portal with it."""
