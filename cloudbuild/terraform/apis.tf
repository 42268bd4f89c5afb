resource "google_project_service" "this" {
  for_each = jsondecode(file("${path.module}/apis.json"))

  service = each.key
  # Others in the project may use it too.
  disable_on_destroy = false
}
