# Who may do what: permissions.json, one line each with the reason, which docs/security.md shows. Here it is brought to where it
# holds: the project, or better, the one topic, bucket, secret, account or function.
locals {
  permissions = {
    for entry in jsondecode(file("${path.module}/permissions.json")) :
    "${entry.account} ${entry.role} ${entry.on}" => merge(entry, {
      member   = local.members[entry.account]
      role     = startswith(entry.role, "roles/") ? entry.role : google_project_iam_custom_role.this[entry.role].id
      prefixes = try(entry.prefixes, [])
      kind     = split(":", entry.on)[0]
      target   = try(split(":", entry.on)[1], "")
    }) if local.conditions[try(entry.when, "always")]
  }

  # Services of Google that act in the project have accounts of their own.
  agents = {
    pubsub        = "gcp-sa-pubsub"
    secretmanager = "gcp-sa-secretmanager"
  }
  members = merge(
    { for name in local.accounts : name => "serviceAccount:${google_service_account.this[name].email}" },
    { for name, domain in local.agents : name => "serviceAccount:service-${local.number}@${domain}.iam.gserviceaccount.com" },
  )
}

resource "google_project_iam_member" "this" {
  for_each = { for key, entry in local.permissions : key => entry if entry.kind == "project" }

  project = var.project
  role    = each.value.role
  member  = each.value.member
}

resource "google_pubsub_topic_iam_member" "this" {
  for_each = merge(
    { for key, entry in local.permissions : key => merge(entry, { topic = entry.target }) if entry.kind == "topic" },
    merge([
      for key, entry in local.permissions : {
        for topic in local.topics : "${key} ${topic}" => merge(entry, { topic = "${topic}-dead-letters" })
      } if entry.kind == "deadLetterTopics"
    ]...),
  )

  topic      = each.value.topic
  role       = each.value.role
  member     = each.value.member
  depends_on = [google_pubsub_topic.this, google_pubsub_topic.dead_letters, google_pubsub_topic.rotation, google_project_service_identity.secretmanager]
}

resource "google_pubsub_subscription_iam_member" "this" {
  for_each = merge([
    for key, entry in local.permissions : {
      for name in keys(local.subscriptions) : "${key} ${name}" => merge(entry, { subscription = name })
    } if entry.kind == "pushSubscriptions"
  ]...)

  subscription = google_pubsub_subscription.push[each.value.subscription].name
  role         = each.value.role
  member       = each.value.member
}

resource "google_storage_bucket_iam_member" "this" {
  for_each = merge(
    { for key, entry in local.permissions : key => merge(entry, { bucket = google_storage_bucket.this.name }) if entry.kind == "bucket" },
    { for key, entry in local.permissions : key => merge(entry, { bucket = google_storage_bucket.exports[0].name }) if entry.kind == "exportBucket" },
    merge([
      for key, entry in local.permissions : {
        for bucket in var.source_buckets : "${key} ${bucket}" => merge(entry, { bucket = bucket })
      } if entry.kind == "sourceBuckets"
    ]...),
  )

  bucket = each.value.bucket
  role   = each.value.role
  member = each.value.member

  dynamic "condition" {
    for_each = length(each.value.prefixes) > 0 ? [each.value.prefixes] : []
    content {
      title = "only ${join(" and ", condition.value)}"
      expression = join(" || ", [
        for prefix in condition.value : "resource.name.startsWith(\"projects/_/buckets/${var.project}-trainyard/objects/${prefix}\")"
      ])
    }
  }
}

resource "google_secret_manager_secret_iam_member" "this" {
  for_each = { for key, entry in local.permissions : key => entry if entry.kind == "secret" }

  secret_id = google_secret_manager_secret.master.id
  role      = each.value.role
  member    = each.value.member
}

resource "google_service_account_iam_member" "this" {
  for_each = { for key, entry in local.permissions : key => entry if entry.kind == "account" }

  service_account_id = google_service_account.this[each.value.target].name
  role               = each.value.role
  member             = each.value.member
  depends_on         = [google_pubsub_topic.this]
}

resource "google_artifact_registry_repository_iam_member" "this" {
  for_each = { for key, entry in local.permissions : key => entry if entry.kind == "repository" }

  location   = var.region
  repository = google_artifact_registry_repository.this.name
  role       = each.value.role
  member     = each.value.member
}

resource "google_bigquery_dataset_iam_member" "this" {
  for_each = merge(
    { for key, entry in local.permissions : key => merge(entry, { dataset = var.history_dataset }) if entry.kind == "history" },
    merge([
      for key, entry in local.permissions : {
        for dataset in var.source_datasets : "${key} ${dataset}" => merge(entry, { dataset = dataset })
      } if entry.kind == "sourceDatasets"
    ]...),
  )

  project    = length(split(".", each.value.dataset)) > 1 ? split(".", each.value.dataset)[0] : var.project
  dataset_id = reverse(split(".", each.value.dataset))[0]
  role       = each.value.role
  member     = each.value.member
  depends_on = [google_bigquery_dataset.history]
}

resource "google_cloud_run_v2_service_iam_member" "this" {
  for_each = { for key, entry in local.permissions : key => entry if entry.kind == "function" }

  location = var.region
  name     = each.value.target
  role     = each.value.role
  member   = each.value.member
}

# Trainers have no token for Cloud Run's own check: their signature, and their identity in a header of its own, are checked inside.
resource "google_cloud_run_v2_service_iam_member" "callers" {
  for_each = var.functions_deployed ? merge(
    { for caller in var.api_callers : "api ${caller}" => { name = "trainyard-api", member = caller } },
    { webhooks = { name = "trainyard-webhooks", member = "allUsers" } },
  ) : {}

  location = var.region
  name     = each.value.name
  role     = "roles/run.invoker"
  member   = each.value.member
}
