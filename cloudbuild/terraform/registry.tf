resource "google_artifact_registry_repository" "this" {
  repository_id          = "trainyard"
  location               = var.region
  format                 = "DOCKER"
  description            = "The images of the trainer."
  labels                 = local.labels
  cleanup_policy_dry_run = false

  # A GPU image is several gigabytes: the newest are enough to go back to.
  cleanup_policies {
    id     = "keep-newest"
    action = "KEEP"
    most_recent_versions {
      keep_count = 5
    }
  }
  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      tag_state  = "ANY"
      older_than = "1209600s"
    }
  }

  depends_on = [google_project_service.this]
}
