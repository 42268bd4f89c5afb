locals {
  # The same files that the emulators and the tests take.
  firestore_indexes = jsondecode(file("${path.module}/../../firestore.indexes.json"))
  firestore_rules   = file("${path.module}/../../firestore.rules")
}

resource "google_firestore_database" "this" {
  name                    = "(default)"
  location_id             = coalesce(var.firestore_location, var.region)
  type                    = "FIRESTORE_NATIVE"
  concurrency_mode        = "PESSIMISTIC"
  delete_protection_state = local.production ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  # Only staging loses its documents by terraform destroy.
  deletion_policy = local.production ? "ABANDON" : "DELETE"

  depends_on = [google_project_service.this]
}

resource "google_firestore_backup_schedule" "daily" {
  count = local.production ? 1 : 0

  database  = google_firestore_database.this.name
  retention = "604800s"
  daily_recurrence {}
}

resource "google_firestore_index" "this" {
  for_each = {
    for index in local.firestore_indexes.indexes :
    join(" ", concat([index.collectionGroup], [for field in index.fields : "${field.fieldPath}:${lower(try(field.order, field.arrayConfig))}"])) => index
  }

  database    = google_firestore_database.this.name
  collection  = each.value.collectionGroup
  query_scope = each.value.queryScope

  dynamic "fields" {
    for_each = each.value.fields
    content {
      field_path   = fields.value.fieldPath
      order        = try(fields.value.order, null)
      array_config = try(fields.value.arrayConfig, null)
    }
  }
}

# Maps and lists of any length that no query looks into: a document has at most 40,000 entries in indexes.
resource "google_firestore_field" "unindexed" {
  for_each = {
    for override in local.firestore_indexes.fieldOverrides :
    "${override.collectionGroup} ${override.fieldPath}" => override
  }

  database   = google_firestore_database.this.name
  collection = each.value.collectionGroup
  field      = each.value.fieldPath

  # Empty: no index of a single field, of it or of what is below it.
  index_config {}
}

resource "google_firebaserules_ruleset" "firestore" {
  source {
    files {
      name    = "firestore.rules"
      content = local.firestore_rules
    }
  }
  # The release points to the new one before the old one goes.
  lifecycle {
    create_before_destroy = true
  }
  depends_on = [google_firestore_database.this]
}

resource "google_firebaserules_release" "firestore" {
  name         = "cloud.firestore"
  ruleset_name = "projects/${var.project}/rulesets/${google_firebaserules_ruleset.firestore.name}"
}
