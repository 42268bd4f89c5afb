variable "project" {
  description = "The id of the Google Cloud project: one of its own for each Trainyard, for some permissions hold in all of it."
  type        = string
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "The id of a project has 6 to 30 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "region" {
  description = "Where everything is that has a region: functions, jobs on Cloud Run, bucket, images."
  type        = string
  default     = "europe-west4"
}

variable "firestore_location" {
  description = "Where the documents are; can never be changed. The region, unless given; a multi-region such as eur3 outlives the loss of a region."
  type        = string
  default     = null
}

variable "environment" {
  description = "production keeps what is deleted for a while, and refuses to delete the database; staging does neither."
  type        = string
  default     = "production"
  validation {
    condition     = contains(["production", "staging"], var.environment)
    error_message = "Allowed are production and staging."
  }
}

variable "vertex" {
  description = "Whether jobs run on Vertex AI too: every GPU but those of Cloud Run."
  type        = bool
  default     = true
}

variable "functions_deployed" {
  description = "false at the first apply. true once the functions are there: who may call them is then said of each by itself."
  type        = bool
  default     = false
}

variable "api_callers" {
  description = "Who may reach the API at all. allUsers leaves it to the API, which wants an ID token with a role (TRAINYARD_AUTH=tokens)."
  type        = list(string)
  default     = ["allUsers"]
}

variable "build_deploys" {
  description = "Whether Cloud Build may deploy, beside building."
  type        = bool
  default     = false
}

variable "hosting" {
  description = "Whether the page is on Firebase Hosting."
  type        = bool
  default     = false
}

variable "cache_days" {
  description = "How long outputs of data stages are kept; a run whose data has gone prepares it again."
  type        = number
  default     = 30
}

variable "checkpoint_days" {
  description = "How long the states of checkpoints are kept, from the day when each was written: so long a failed run can be retried from where it was."
  type        = number
  default     = 30
}

variable "run_days" {
  description = "How long a run's files are kept, models and checkpoints among them, from the day when each was written; null for ever."
  type        = number
  default     = null
}

variable "source_buckets" {
  description = "Names of buckets that trainers read rows from."
  type        = set(string)
  default     = []
}

variable "source_datasets" {
  description = "BigQuery datasets that trainers read rows from, as dataset or project.dataset."
  type        = set(string)
  default     = []
}

variable "history_dataset" {
  description = "The BigQuery dataset that keeps the history of runs; null keeps none."
  type        = string
  default     = null
}

variable "mlflow" {
  description = "Whether runs are written to an MLflow server."
  type        = bool
  default     = false
}

variable "rotation_days" {
  description = "After how many days the master secret is due to be renewed."
  type        = number
  default     = 90
  validation {
    condition     = var.rotation_days >= 1
    error_message = "A secret can be due each day at the most."
  }
}

variable "billing_account" {
  description = "The billing account that the budget is of, such as 0123AB-4567CD-89EF01; null for no budget."
  type        = string
  default     = null
}

variable "monthly_budget" {
  description = "What the project may cost in a month before somebody is told, in whole units of currency."
  type        = number
  default     = 500
}

variable "currency" {
  description = "The currency of the billing account."
  type        = string
  default     = "USD"
}

variable "alert_emails" {
  description = "Who is told when something is wrong."
  type        = set(string)
  default     = []
}

variable "exports_location" {
  description = "Where BigQuery exports rows to: where the datasets are, EU with EU. The region, unless given."
  type        = string
  default     = null
}
