resource "google_storage_bucket" "this" {
  name                        = "${var.project}-trainyard"
  location                    = var.region
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  labels                      = local.labels
  # terraform destroy refuses while there are models in it, but in staging.
  force_destroy = !local.production

  # Models cannot be made again without paying again; the cache can. Both lie in one bucket, so production pays for a week of both.
  soft_delete_policy {
    retention_duration_seconds = local.production ? 604800 : 0
  }

  # Not cache/references/: small, and what the next version of a data set is compared with.
  lifecycle_rule {
    condition {
      age            = var.cache_days
      matches_prefix = ["cache/ingest/", "cache/validate/", "cache/transform/"]
    }
    action {
      type = "Delete"
    }
  }

  # Nobody goes on from a run of long ago; its model stays.
  lifecycle_rule {
    condition {
      age            = var.checkpoint_days
      matches_prefix = ["runs/"]
      matches_suffix = [".checkpoint"]
    }
    action {
      type = "Delete"
    }
  }

  dynamic "lifecycle_rule" {
    for_each = var.run_days == null ? [] : [var.run_days]
    content {
      condition {
        age            = lifecycle_rule.value
        matches_prefix = ["runs/", "attachments/"]
      }
      action {
        type = "Delete"
      }
    }
  }

  # What a killed trainer left half uploaded is invisible and paid for.
  lifecycle_rule {
    condition {
      age = 1
    }
    action {
      type = "AbortIncompleteMultipartUpload"
    }
  }

  depends_on = [google_project_service.this]
}

# BigQuery exports rows here for the next stage to read; nobody else needs them. It advises against soft delete where it exports to.
resource "google_storage_bucket" "exports" {
  count = local.conditions.sourceDatasets ? 1 : 0

  name                        = "${var.project}-trainyard-exports"
  location                    = coalesce(var.exports_location, var.region)
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  labels                      = local.labels
  force_destroy               = true

  soft_delete_policy {
    retention_duration_seconds = 0
  }
  lifecycle_rule {
    condition {
      age = 2
    }
    action {
      type = "Delete"
    }
  }

  depends_on = [google_project_service.this]
}
