/**
 * Settings of the embedded server as command line arguments, so that a new release's settings hold for old clusters.
 * They suit one machine where intake and server share two cores and all processes together stay under 700 MB.
 */
export function serverSettings(
  socketFolder: string,
  clusterName: string,
  durability: "durable" | "lost-on-power-cut",
): string[] {
  const settings: Record<string, string> = {
    cluster_name: clusterName,
    // A socket in a 0700 folder: no port to collide, and no other user of the machine can reach it.
    listen_addresses: "",
    unix_socket_directories: socketFolder,
    unix_socket_permissions: "0700",
    max_connections: "80",
    shared_buffers: "128MB",
    huge_pages: "off",
    work_mem: "12MB",
    maintenance_work_mem: "64MB",
    effective_cache_size: "1GB",
    random_page_cost: "1.1",
    // One more process per query would take the core that parses the delivery.
    max_parallel_workers_per_gather: "1",
    max_parallel_maintenance_workers: "1",
    jit: "off",
    // Partitions and their indexes are locked one by one.
    max_locks_per_transaction: "256",
    // Nobody streams from this server. With `minimal`, COPY into a table made in the same transaction writes no log.
    wal_level: "minimal",
    max_wal_senders: "0",
    wal_buffers: "16MB",
    // A checkpoint in the middle of a large intake costs more than the disk it saves; the log shrinks again afterwards.
    max_wal_size: "8GB",
    min_wal_size: "128MB",
    checkpoint_timeout: "15min",
    timezone: "UTC",
    log_timezone: "UTC",
    log_line_prefix: "%m [%p] %u@%d ",
    log_checkpoints: "off",
    log_autovacuum_min_duration: "-1",
    // Values of strangers' rows must not come to lie in the log.
    log_parameter_max_length: "0",
    log_parameter_max_length_on_error: "0",
    log_min_error_statement: "panic",
    ...(durability === "durable" ? {} : { fsync: "off", full_page_writes: "off", synchronous_commit: "off" }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
