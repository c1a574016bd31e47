collectors = ["bobs-laptop"]
