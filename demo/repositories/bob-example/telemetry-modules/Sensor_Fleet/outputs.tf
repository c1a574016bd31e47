output "sensors" {
  description = "Names of all sensors."
  value = [
    terraform_data.sensor_01.output,
    terraform_data.sensor_02.output,
    terraform_data.sensor_03.output,
    terraform_data.sensor_04.output,
    terraform_data.sensor_05.output,
    terraform_data.sensor_06.output,
    terraform_data.sensor_07.output,
    terraform_data.sensor_08.output,
    terraform_data.sensor_09.output,
    terraform_data.sensor_10.output,
    terraform_data.sensor_11.output,
    terraform_data.sensor_12.output,
    terraform_data.sensor_13.output,
    terraform_data.sensor_14.output,
    terraform_data.sensor_15.output,
    terraform_data.sensor_16.output,
    terraform_data.sensor_17.output,
    terraform_data.sensor_18.output,
    terraform_data.sensor_19.output,
    terraform_data.sensor_20.output,
  ]
}

output "count" {
  description = "Number of sensors."
  value       = 20
}
