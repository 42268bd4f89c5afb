# terraform test: the module with a provider that makes nothing. Needs no project and no credentials.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}
mock_provider "google-beta" {}

variables {
  project = "shop-trainyard"
}

run "the_first_apply" {
  assert {
    condition     = google_pubsub_subscription.push["notify"].filter == "attributes.type = \"run.completed\" OR attributes.type = \"run.failed\" OR attributes.type = \"run.cancelled\" OR attributes.type = \"budget.reached\" OR attributes.type = \"sweep.completed\" OR attributes.type = \"sweep.cancelled\""
    error_message = "notify hears how runs end and of budgets, and nothing else"
  }
  assert {
    condition     = google_pubsub_subscription.push["retrain"].filter == ""
    error_message = "retrain hears every message of its topic"
  }
  assert {
    condition     = google_pubsub_subscription.push["dispatch"].push_config[0].push_endpoint == "https://trainyard-dispatch-123456789012.europe-west4.run.app/projects/shop-trainyard/topics/trainyard-events"
    error_message = "the endpoint is known before the function is there"
  }
  assert {
    condition     = alltrue([for subscription in google_pubsub_subscription.push : subscription.dead_letter_policy[0].max_delivery_attempts == 5 && subscription.expiration_policy[0].ttl == ""])
    error_message = "what fails five times is kept apart, and no subscription goes away by itself"
  }
  assert {
    condition     = contains(keys(google_project_iam_member.this), "trainyard-push trainyardInvoker project") && length(google_cloud_run_v2_service_iam_member.this) == 0
    error_message = "before there are functions, their caller may call by the project"
  }
  assert {
    condition     = length(google_cloud_run_v2_service_iam_member.callers) == 0
    error_message = "nobody else may call before the functions are there"
  }
  assert {
    condition     = google_storage_bucket_iam_member.this["trainyard-trainer trainyardObjectWriter bucket"].condition[0].expression == "resource.name.startsWith(\"projects/_/buckets/shop-trainyard-trainyard/objects/runs/\") || resource.name.startsWith(\"projects/_/buckets/shop-trainyard-trainyard/objects/cache/\")"
    error_message = "trainers write no specification"
  }
  assert {
    condition     = google_storage_bucket.this.public_access_prevention == "enforced" && google_storage_bucket.this.uniform_bucket_level_access && !google_storage_bucket.this.force_destroy
    error_message = "the bucket is nobody else's, and is not thrown away with models in it"
  }
  assert {
    condition = alltrue([
      for rule in google_storage_bucket.this.lifecycle_rule : alltrue([
        for prefix in coalesce(one(rule.condition).matches_prefix, []) : !startswith("cache/references/", prefix)
      ])
    ])
    error_message = "what data sets are compared with is kept"
  }
  assert {
    condition     = google_firestore_database.this.delete_protection_state == "DELETE_PROTECTION_ENABLED" && length(google_firestore_backup_schedule.daily) == 1
    error_message = "production keeps its documents"
  }
  assert {
    condition     = length(google_firestore_index.this) == length(jsondecode(file("../../firestore.indexes.json")).indexes)
    error_message = "each index of firestore.indexes.json is made"
  }
  assert {
    condition     = length(google_firestore_field.unindexed) == length(jsondecode(file("../../firestore.indexes.json")).fieldOverrides) && alltrue([for field in google_firestore_field.unindexed : length(field.index_config) == 1 && length(field.index_config[0].indexes) == 0])
    error_message = "each field that firestore.indexes.json exempts has no index"
  }
  assert {
    condition     = length(google_bigquery_dataset.history) == 0 && length(google_billing_budget.this) == 0
    error_message = "no history and no budget but where they are asked for"
  }
}

run "after_the_functions" {
  variables {
    functions_deployed = true
    history_dataset    = "trainyard"
  }
  assert {
    condition     = !contains(keys(google_project_iam_member.this), "trainyard-push trainyardInvoker project")
    error_message = "the right to call everything ends"
  }
  assert {
    condition     = toset([for binding in google_cloud_run_v2_service_iam_member.this : binding.name]) == toset(["trainyard-dispatch", "trainyard-history", "trainyard-history-epochs", "trainyard-notify", "trainyard-reconcile", "trainyard-retrain", "trainyard-summaries", "trainyard-sweeps"])
    error_message = "trainyard-push calls these, and neither api nor webhooks"
  }
  assert {
    condition     = google_cloud_run_v2_service_iam_member.callers["webhooks"].member == "allUsers"
    error_message = "trainers reach the callbacks"
  }
  assert {
    condition     = contains(keys(google_bigquery_dataset_iam_member.this), "trainyard-history roles/bigquery.dataEditor history")
    error_message = "history writes into its dataset"
  }
}

run "without_vertex" {
  variables {
    vertex          = false
    source_buckets  = ["shop-data"]
    source_datasets = ["warehouse.sales"]
    billing_account = "0123AB-4567CD-89EF01"
    alert_emails    = ["ops@shop.example"]
  }
  assert {
    condition     = !anytrue([for key in keys(local.permissions) : endswith(key, "roles/logging.logWriter project")])
    error_message = "permissions for Vertex AI are given where it is used only"
  }
  assert {
    condition     = google_storage_bucket_iam_member.this["trainyard-trainer roles/storage.objectViewer sourceBuckets shop-data"].bucket == "shop-data"
    error_message = "trainers read the buckets that are named"
  }
  assert {
    condition     = one([for binding in google_bigquery_dataset_iam_member.this : "${binding.project}.${binding.dataset_id}"]) == "warehouse.sales"
    error_message = "and the datasets"
  }
  assert {
    condition     = length(google_billing_budget.this) == 1 && length(google_monitoring_notification_channel.email) == 1
    error_message = "the budget and the channel are there"
  }
}

run "staging" {
  variables {
    environment = "staging"
  }
  assert {
    condition     = google_storage_bucket.this.force_destroy && google_firestore_database.this.deletion_policy == "DELETE" && length(google_firestore_backup_schedule.daily) == 0
    error_message = "staging goes away as a whole"
  }
}

run "a_wrong_environment" {
  command = plan
  variables {
    environment = "test"
  }
  expect_failures = [var.environment]
}
