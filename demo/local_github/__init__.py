"""The parts of the local GitHub: git repositories, accounts and tokens, answers, servers."""
