locals {
  number     = data.google_project.this.number
  production = var.environment == "production"
  labels     = { app = "trainyard", environment = var.environment }

  # Cloud Run's addresses follow from the names, so that they are known before the functions are deployed.
  url = { for name in local.functions : name => "https://trainyard-${name}-${local.number}.${var.region}.run.app" }

  functions = ["api", "webhooks", "dispatch", "notify", "mlflow", "summaries", "sweeps", "history", "retrain", "reconcile"]
  accounts  = toset(concat([for name in local.functions : "trainyard-${name}"], ["trainyard-trainer", "trainyard-push", "trainyard-build"]))

  # What some permissions wait for.
  conditions = {
    always                = true
    vertex                = var.vertex
    history               = var.history_dataset != null
    sourceBuckets         = length(var.source_buckets) > 0
    sourceDatasets        = length(var.source_datasets) > 0
    buildDeploys          = var.build_deploys
    buildDeploysPage      = var.build_deploys && var.hosting
    beforeFunctions       = !var.functions_deployed
    afterFunctions        = var.functions_deployed
    historyAfterFunctions = var.functions_deployed && var.history_dataset != null
    mlflow                = var.mlflow
    mlflowAfterFunctions  = var.functions_deployed && var.mlflow
  }
}
