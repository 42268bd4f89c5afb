resource "google_cloud_scheduler_job" "reconcile" {
  name             = "trainyard-reconcile"
  description      = "Makes good what crashes, lost messages and silent machines left behind."
  region           = var.region
  schedule         = "* * * * *"
  time_zone        = "Etc/UTC"
  attempt_deadline = "180s"

  # The next minute tries again.
  retry_config {
    retry_count = 0
  }
  http_target {
    http_method = "POST"
    uri         = "${local.url["reconcile"]}/"
    oidc_token {
      service_account_email = google_service_account.this["trainyard-push"].email
      audience              = local.url["reconcile"]
    }
  }

  depends_on = [google_project_service.this]
}
