locals {
  run_metric = "resource.type=\"cloud_run_revision\" AND metric.type=\"run.googleapis.com/request_count\""

  # Each: what is looked at, how it is added up over a period, and what is too much for how long. What to do is in docs/operations.md.
  alerts = {
    "failed runs" = {
      filter = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.counted["failed-runs"].name}\""
      period = 3600, aligner = "ALIGN_SUM", above = 0, seconds = 0, severity = "WARNING"
      help   = "A run failed: its error and remedy are in its document, and in trainyard watch."
    }
    "messages given up" = {
      filter = "resource.type=\"pubsub_subscription\" AND metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND resource.labels.subscription_id=monitoring.regex.full_match(\"trainyard-(events|retrain)-dead-letters-kept\")"
      period = 60, aligner = "ALIGN_MAX", above = 0, seconds = 0, severity = "ERROR"
      help   = "A function failed five times on a message: read it with gcloud pubsub subscriptions pull, and the function's errors."
    }
    "push backlog" = {
      filter = "resource.type=\"pubsub_subscription\" AND metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND resource.labels.subscription_id=monitoring.regex.full_match(\"trainyard-(dispatch|notify|retrain|summaries|sweeps)\")"
      period = 60, aligner = "ALIGN_MAX", above = 300, seconds = 120, severity = "ERROR"
      help   = "Messages have waited for more than five minutes: is the function up, and may trainyard-push call it?"
    }
    "reconcile fails" = {
      filter = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.counted["reconcile-failures"].name}\""
      period = 600, aligner = "ALIGN_SUM", above = 5, seconds = 0, severity = "ERROR"
      help   = "Reconcile fails on a run, or on a whole part of its work, again and again: the log names it."
    }
    "reconcile is refused" = {
      filter = "${local.run_metric} AND resource.labels.service_name=\"trainyard-reconcile\" AND metric.labels.response_code_class!=\"2xx\""
      period = 300, aligner = "ALIGN_SUM", above = 2, seconds = 0, severity = "ERROR"
      help   = "Cloud Scheduler's calls are refused or fail: trainyard doctor looks at who may call."
    }
    "functions fail" = {
      filter = "${local.run_metric} AND resource.labels.service_name=starts_with(\"trainyard-\") AND metric.labels.response_code_class=\"5xx\""
      period = 300, aligner = "ALIGN_SUM", above = 5, seconds = 300, severity = "WARNING"
      help   = "A function answers 5xx: the log's \"a request failed\" has the stack. Callers and trainers try again."
    }
    "callbacks are refused" = {
      filter = "${local.run_metric} AND resource.labels.service_name=\"trainyard-webhooks\" AND metric.labels.response_code=monitoring.regex.full_match(\"401|403\")"
      period = 300, aligner = "ALIGN_SUM", above = 10, seconds = 0, severity = "WARNING"
      help   = "Signatures or identities of callbacks are wrong: a secret that was renewed without keeping the former one, a clock, or somebody who tries."
    }
    "a trainer is silent" = {
      filter = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.measured["longest-silence"].name}\""
      period = 300, aligner = "ALIGN_PERCENTILE_99", above = 300, seconds = 300, severity = "WARNING"
      help   = "A running run has said nothing for five minutes. Reconcile gives it up after compute.heartbeatTimeoutSeconds."
    }
    "no machine to be had" = {
      filter = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.counted["no-capacity"].name}\""
      period = 1800, aligner = "ALIGN_SUM", above = 10, seconds = 0, severity = "WARNING"
      help   = "Tiers are out of machines or quota: add a tier in another region, or ask for quota."
    }
    "retrain messages are dropped" = {
      filter = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.counted["dropped-retrains"].name}\""
      period = 3600, aligner = "ALIGN_SUM", above = 0, seconds = 0, severity = "WARNING"
      help   = "A publisher sends what is no message, or asks for what there is not: the log has the reason."
    }
    "the master secret is due" = {
      filter = "resource.type=\"pubsub_subscription\" AND metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND resource.labels.subscription_id=\"${google_pubsub_subscription.rotation.name}\""
      period = 300, aligner = "ALIGN_MAX", above = 0, seconds = 0, severity = "WARNING"
      help   = "Renew the master secret as docs/security.md says, and take the message off trainyard-secret-rotation-due."
    }
  }
}

resource "google_monitoring_notification_channel" "email" {
  for_each = var.alert_emails

  display_name = each.key
  type         = "email"
  labels       = { email_address = each.key }
  depends_on   = [google_project_service.this]
}

resource "google_monitoring_alert_policy" "above" {
  for_each = local.alerts

  display_name          = "Trainyard: ${each.key}"
  combiner              = "OR"
  severity              = each.value.severity
  user_labels           = local.labels
  notification_channels = [for channel in google_monitoring_notification_channel.email : channel.id]
  documentation {
    content   = each.value.help
    mime_type = "text/markdown"
  }
  conditions {
    display_name = each.key
    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.above
      duration        = "${each.value.seconds}s"
      aggregations {
        alignment_period     = "${each.value.period}s"
        per_series_aligner   = each.value.aligner
        cross_series_reducer = each.value.aligner == "ALIGN_SUM" ? "REDUCE_SUM" : "REDUCE_MAX"
      }
    }
  }
  alert_strategy {
    auto_close = "86400s"
  }
}

# Nothing mends itself while nobody calls reconcile.
resource "google_monitoring_alert_policy" "silent_reconcile" {
  display_name          = "Trainyard: reconcile is silent"
  combiner              = "OR"
  severity              = "CRITICAL"
  user_labels           = local.labels
  notification_channels = [for channel in google_monitoring_notification_channel.email : channel.id]
  documentation {
    content   = "Nobody has called reconcile for ten minutes: is the job trainyard-reconcile of Cloud Scheduler paused, is the function deployed?"
    mime_type = "text/markdown"
  }
  conditions {
    display_name = "no call for ten minutes"
    condition_absent {
      filter   = "${local.run_metric} AND resource.labels.service_name=\"trainyard-reconcile\""
      duration = "600s"
      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_SUM"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }
  depends_on = [google_project_service.this]
}

# E35: a GPU that waits for its data costs as much as one that works.
resource "google_monitoring_alert_policy" "idle_gpu" {
  display_name          = "Trainyard: a GPU is hardly used"
  combiner              = "OR"
  severity              = "WARNING"
  user_labels           = local.labels
  notification_channels = [for channel in google_monitoring_notification_channel.email : channel.id]
  documentation {
    content   = "A GPU was used below 20 % for a quarter of an hour of training: take a larger batch (trainyard's search for it helps), or a smaller tier."
    mime_type = "text/markdown"
  }
  conditions {
    display_name = "below 20 % for 15 minutes"
    condition_threshold {
      filter          = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.measured["gpu-percent"].name}\""
      comparison      = "COMPARISON_LT"
      threshold_value = 20
      duration        = "900s"
      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_PERCENTILE_50"
        cross_series_reducer = "REDUCE_MIN"
      }
    }
  }
}
