resource "google_service_account" "this" {
  for_each = local.accounts

  account_id   = each.key
  display_name = "Trainyard: ${trimprefix(each.key, "trainyard-")}"
  depends_on   = [google_project_service.this]
}

# Google makes this one on demand only; the others come with their first topic or job.
resource "google_project_service_identity" "secretmanager" {
  provider = google-beta
  project  = var.project
  service  = "secretmanager.googleapis.com"
}

resource "google_project_iam_custom_role" "this" {
  for_each = jsondecode(file("${path.module}/roles.json"))

  role_id     = each.key
  title       = each.value.title
  description = "Instead of a predefined one: ${each.value.why}."
  permissions = each.value.permissions
  depends_on  = [google_project_service.this]
}
