"""The parts of the local GitHub: git repositories, accounts and tokens, responses, servers."""
