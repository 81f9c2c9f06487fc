# For trying things out: the table and the stage of the service this replaces, with its sample users, and
# nothing that stands in the way of a destroy.
environment            = "dev"
table_name             = "UserStreams"
samples                = true
point_in_time_recovery = false
deletion_protection    = false
log_retention_days     = 7
