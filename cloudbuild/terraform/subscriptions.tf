locals {
  # Which function hears which events: as functions/events/subscriptions.ts says; a test compares.
  subscriptions = {
    for name, entry in jsondecode(file("${path.module}/subscriptions.json")) : name => entry
    if local.conditions[try(entry.when, "always")]
  }
}

# Pub/Sub pushes to the functions as trainyard-push. The path names the topic: so the functions framework knows it.
resource "google_pubsub_subscription" "push" {
  for_each = local.subscriptions

  name   = "trainyard-${each.key}"
  topic  = google_pubsub_topic.this[each.value.topic].id
  labels = local.labels
  filter = join(" OR ", concat(
    [for type in each.value.types : "attributes.type = \"${type}\""],
    [for attribute in try(each.value.attributes, []) : "attributes:${attribute}"],
  ))

  # Events carry their run's id as the ordering key.
  enable_message_ordering = each.value.topic == "trainyard-events"
  # Longer than the functions may take: a message that is being worked on is not delivered again.
  ack_deadline_seconds       = 180
  message_retention_duration = "604800s"

  push_config {
    push_endpoint = "${local.url[each.key]}/projects/${var.project}/topics/${each.value.topic}"
    oidc_token {
      service_account_email = google_service_account.this["trainyard-push"].email
      audience              = local.url[each.key]
    }
  }
  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }
  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_letters[each.value.topic].id
    max_delivery_attempts = 5
  }
  expiration_policy {
    ttl = ""
  }
}
