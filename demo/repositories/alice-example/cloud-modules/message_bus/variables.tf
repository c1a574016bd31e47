variable "module_description" {
  description = "Description in the catalogue. {{UIMeta group=0 order=1 }}"
  type        = string
  default     = "Queues with dead letters, alarms and one policy per consumer."
}

variable "module_services" {
  description = "Tags of the module. {{UIMeta group=0 order=2 }}"
  type        = list(string)
  default     = ["data", "aws"]
}

variable "credit_cost" {
  description = "Credits to deploy this module. {{UIMeta group=0 order=3 }}"
  type        = number
  default     = 12.5
}

variable "shared_users" {
  description = "People who can deploy this module. {{UIMeta group=0 order=4 }}"
  type        = list(string)
  default     = ["bob@example.com", "carol@example.com"]
}

variable "queues" {
  description = "Names of the queues, highest priority first. {{UIMeta group=1 order=1 }}"
  type        = list(string)
  default     = ["orders", "invoices", "orders-retry"]
}

variable "regions" {
  description = "Regions of the queues. {{UIMeta group=1 order=2 options=europe,america,asia }}"
  type        = list(string)
  default     = ["europe"]
}

variable "retry_seconds" {
  description = "Waits between retries (seconds). {{UIMeta group=1 order=3 updatesafe }}"
  type        = list(number)
  default     = [0.5, 2, 30]
}

variable "strict_order" {
  description = "Keep the order of messages, for each queue. {{UIMeta group=1 order=4 }}"
  type        = list(bool)
  default     = [true, false, false]
}

variable "consumers" {
  description = "Consumers of the queues. {{UIMeta group=2 order=1 updatesafe }}"
  type        = set(string)
  default     = ["billing", "archive"]
}

variable "ports" {
  description = "Ports. {{UIMeta group=2 order=2 updatesafe }}"
  type        = set(number)
  default     = [5672, 15672]
}

variable "labels" {
  description = "Labels of all queues. {{UIMeta group=3 order=1 updatesafe }}"
  type        = map(string)
  default = {
    team          = "payments"
    "cost-centre" = "42"
  }
}

variable "weights" {
  description = "Share of the work by queue. {{UIMeta group=3 order=2 updatesafe }}"
  type        = map(number)
  default     = { orders = 3, invoices = 1.5 }
}

variable "paused" {
  description = "Paused queues. {{UIMeta group=3 order=3 updatesafe }}"
  type        = map(bool)
  default     = {}
}

variable "routes" {
  description = "Queues by topic. {{UIMeta group=3 order=4 updatesafe }}"
  type        = map(list(string))
  default     = { sale = ["orders", "invoices"] }
}

variable "batches" {
  description = "Batch sizes by retry. {{UIMeta group=3 order=5 updatesafe }}"
  type        = list(list(number))
  default     = [[1, 10], [5]]
}

variable "alarm_addresses" {
  description = "E-mail address for dead letters. Leave blank for none. {{UIMeta group=2 order=3 updatesafe }}"
  type        = list(string)
  default     = null
}
