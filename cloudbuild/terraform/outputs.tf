output "api_url" {
  description = "The API, once its function is deployed."
  value       = local.url["api"]
}

output "callback_url" {
  description = "TRAINYARD_PUBLIC_URL of dispatch, reconcile and webhooks: where trainers report to."
  value       = local.url["webhooks"]
}

output "bucket" {
  description = "TRAINYARD_BUCKET."
  value       = google_storage_bucket.this.name
}

output "export_uri" {
  description = "exportUri of sources in BigQuery; null without source_datasets."
  value       = one([for bucket in google_storage_bucket.exports : "gs://${bucket.name}"])
}

output "images" {
  description = "Where the images of the trainer are pushed to."
  value       = "${var.region}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.this.repository_id}"
}

output "permissions" {
  description = "Who may do what, as applied."
  value       = sort(keys(local.permissions))
}
