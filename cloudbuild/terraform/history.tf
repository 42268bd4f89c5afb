# The function makes the tables in it, and adds columns as they come.
resource "google_bigquery_dataset" "history" {
  count = var.history_dataset == null ? 0 : 1

  dataset_id                 = var.history_dataset
  location                   = var.region
  description                = "The history of Trainyard's runs."
  labels                     = local.labels
  delete_contents_on_destroy = false
  depends_on                 = [google_project_service.this]
}
