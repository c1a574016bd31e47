"""What everybody may see, as a table, and the world and the walk that hold the portal to it."""
