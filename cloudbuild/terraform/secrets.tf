# Its value is no part of Terraform's state: docs/deploy.md adds the first version, docs/security.md renews it.
resource "google_secret_manager_secret" "master" {
  secret_id           = "trainyard-master-secret"
  labels              = local.labels
  version_destroy_ttl = "2592000s" # What was destroyed by mistake can be had back for 30 days.

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }
  rotation {
    rotation_period    = "${var.rotation_days * 86400}s"
    next_rotation_time = timeadd(plantimestamp(), "${var.rotation_days * 24}h")
  }
  topics {
    name = google_pubsub_topic.rotation.id
  }

  lifecycle {
    # Secret Manager moves it on.
    ignore_changes = [rotation[0].next_rotation_time]
  }
  depends_on = [google_pubsub_topic_iam_member.this]
}

# Secret Manager renews nothing: it says that it is time, and the alert on what lies here says so to people.
resource "google_pubsub_topic" "rotation" {
  name       = "trainyard-secret-rotation"
  labels     = local.labels
  depends_on = [google_project_service.this]
}

resource "google_pubsub_subscription" "rotation" {
  name                       = "trainyard-secret-rotation-due"
  topic                      = google_pubsub_topic.rotation.id
  labels                     = local.labels
  filter                     = "attributes.eventType = \"SECRET_ROTATE\""
  message_retention_duration = "2678400s"
  expiration_policy {
    ttl = ""
  }
}
