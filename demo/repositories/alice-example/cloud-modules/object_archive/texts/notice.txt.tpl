Kept for ${years} years.
