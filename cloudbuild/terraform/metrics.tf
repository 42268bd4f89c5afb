# Numbers made of the functions' log, so that alerts need no collector. The messages are those of the code; a test looks for them.
locals {
  functions_log = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name:\"trainyard-\""

  counted = {
    "failed-runs"        = "jsonPayload.message=\"a run ended\" AND jsonPayload.status=\"failed\""
    "no-capacity"        = "jsonPayload.message=\"the tier has no capacity\""
    "reconcile-failures" = "jsonPayload.message=\"open runs were looked at\" AND jsonPayload.failed>0"
    "dropped-retrains"   = "jsonPayload.message=~\"^a retrain message .* is dropped$\""
  }
  measured = {
    "longest-silence" = { field = "longestSilenceSeconds", unit = "s" }
    "gpu-percent"     = { field = "lowestGpuPercent", unit = "%" }
  }
}

resource "google_logging_metric" "counted" {
  for_each = local.counted

  name   = "trainyard/${each.key}"
  filter = "${local.functions_log} AND ${each.value}"
  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"
  }
  depends_on = [google_project_service.this]
}

resource "google_logging_metric" "measured" {
  for_each = local.measured

  name            = "trainyard/${each.key}"
  filter          = "${local.functions_log} AND jsonPayload.message=\"open runs were looked at\" AND jsonPayload.${each.value.field}>=0"
  value_extractor = "EXTRACT(jsonPayload.${each.value.field})"
  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"
    unit        = each.value.unit
  }
  depends_on = [google_project_service.this]
}
