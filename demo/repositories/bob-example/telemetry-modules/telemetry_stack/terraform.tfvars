retention_days = 999
stack_name     = "bobs-own"
