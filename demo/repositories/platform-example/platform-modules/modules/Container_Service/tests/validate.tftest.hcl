run "plans_with_defaults" {
  command = plan

  variables {
    project_name = "shop"
  }

  assert {
    condition     = output.deployment_id == "local"
    error_message = "Without an id the names end in local."
  }
}
