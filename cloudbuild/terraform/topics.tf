locals {
  # Each topic has another one beside it, for what failed too often.
  topics = toset(["trainyard-events", "trainyard-retrain"])
}

resource "google_pubsub_topic" "this" {
  for_each = local.topics

  name       = each.key
  labels     = local.labels
  depends_on = [google_project_service.this]
}

resource "google_pubsub_topic" "dead_letters" {
  for_each = local.topics

  name       = "${each.key}-dead-letters"
  labels     = local.labels
  depends_on = [google_project_service.this]
}

# Without a subscription, a message that is moved there is gone.
resource "google_pubsub_subscription" "dead_letters" {
  for_each = local.topics

  name                       = "${each.key}-dead-letters-kept"
  topic                      = google_pubsub_topic.dead_letters[each.key].id
  labels                     = local.labels
  message_retention_duration = "2678400s" # 31 days, the most there is.
  ack_deadline_seconds       = 60
  expiration_policy {
    ttl = "" # Never, however long nobody asks.
  }
}
