# For viewers. The table has a name of its own, so that dev and prod fit into one account; where the old
# service's table is to be taken over, say its name here and import it (docs/aws.md).
environment        = "prod"
table_name         = "UserStreams-prod"
log_retention_days = 90

# The gateway asks for an API key. Whoever may decide for viewers is named here.
consumers = {
  playback = { rate = 5000, burst = 2500 }
}
