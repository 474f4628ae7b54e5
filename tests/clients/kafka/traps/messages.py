"""The messages that the traps speak, one field a line: name, type, versions; `?` may be null, a tag is a tagged field.

Written down from the field tables of Apache Kafka 4.3.1; the reader of the table is wire.py.
"""

# A struct's fields stand indented below it. Each message: key, lowest-highest version, first flexible version.
MESSAGES = """
Produce 0 3-13 9
 request
  transactional_id string? 3+ default=null
  acks int16 0+
  timeout_ms int32 0+
  topic_data []struct 0+
   name string 0-12
   topic_id uuid 13+
   partition_data []struct 0+
    index int32 0+
    records records? 0+
 response
  responses []struct 0+
   name string 0-12
   topic_id uuid 13+
   partition_responses []struct 0+
    index int32 0+
    error_code int16 0+
    base_offset int64 0+
    log_append_time_ms int64 2+ default=-1
    log_start_offset int64 5+ default=-1
    record_errors []struct 8+
     batch_index int32 8+
     batch_index_error_message string? 8+ default=null
    error_message string? 8+ default=null
    current_leader struct 10+ tag=0
     leader_id int32 10+ default=-1
     leader_epoch int32 10+ default=-1
  throttle_time_ms int32 1+ default=0
  node_endpoints []struct 10+ tag=0
   node_id int32 10+
   host string 10+
   port int32 10+
   rack string? 10+ default=null
Fetch 1 4-18 12
 request
  cluster_id string? 12+ tag=0 default=null
  replica_id int32 0-14 default=-1
  replica_state struct 15+ tag=1
   replica_id int32 15+ default=-1
   replica_epoch int64 15+ default=-1
  max_wait_ms int32 0+
  min_bytes int32 0+
  max_bytes int32 3+ default=2147483647
  isolation_level int8 4+ default=0
  session_id int32 7+ default=0
  session_epoch int32 7+ default=-1
  topics []struct 0+
   topic string 0-12
   topic_id uuid 13+
   partitions []struct 0+
    partition int32 0+
    current_leader_epoch int32 9+ default=-1
    fetch_offset int64 0+
    last_fetched_epoch int32 12+ default=-1
    log_start_offset int64 5+ default=-1
    partition_max_bytes int32 0+
    replica_directory_id uuid 17+ tag=0
    high_watermark int64 18+ tag=1 default=9223372036854775807
  forgotten_topics_data []struct 7+
   topic string 7-12
   topic_id uuid 13+
   partitions []int32 7+
  rack_id string 11+
 response
  throttle_time_ms int32 1+
  error_code int16 7+
  session_id int32 7+ default=0
  responses []struct 0+
   topic string 0-12
   topic_id uuid 13+
   partitions []struct 0+
    partition_index int32 0+
    error_code int16 0+
    high_watermark int64 0+
    last_stable_offset int64 4+ default=-1
    log_start_offset int64 5+ default=-1
    diverging_epoch struct 12+ tag=0
     epoch int32 12+ default=-1
     end_offset int64 12+ default=-1
    current_leader struct 12+ tag=1
     leader_id int32 12+ default=-1
     leader_epoch int32 12+ default=-1
    snapshot_id struct 12+ tag=2
     end_offset int64 0+ default=-1
     epoch int32 0+ default=-1
    aborted_transactions []struct? 4+
     producer_id int64 4+
     first_offset int64 4+
    preferred_read_replica int32 11+ default=-1
    records records? 0+
  node_endpoints []struct 16+ tag=0
   node_id int32 16+
   host string 16+
   port int32 16+
   rack string? 16+ default=null
ListOffsets 2 1-11 6
 request
  replica_id int32 0+
  isolation_level int8 2+
  topics []struct 0+
   name string 0+
   partitions []struct 0+
    partition_index int32 0+
    current_leader_epoch int32 4+ default=-1
    timestamp int64 0+
  timeout_ms int32 10+
 response
  throttle_time_ms int32 2+
  topics []struct 0+
   name string 0+
   partitions []struct 0+
    partition_index int32 0+
    error_code int16 0+
    timestamp int64 1+ default=-1
    offset int64 1+ default=-1
    leader_epoch int32 4+ default=-1
Metadata 3 0-13 9
 request
  topics []struct? 0+
   topic_id uuid 10+
   name string? 0+
  allow_auto_topic_creation bool 4+ default=true
  include_cluster_authorized_operations bool 8-10
  include_topic_authorized_operations bool 8+
 response
  throttle_time_ms int32 3+
  brokers []struct 0+
   node_id int32 0+
   host string 0+
   port int32 0+
   rack string? 1+ default=null
  cluster_id string? 2+ default=null
  controller_id int32 1+ default=-1
  topics []struct 0+
   error_code int16 0+
   name string? 0+
   topic_id uuid 10+
   is_internal bool 1+ default=false
   partitions []struct 0+
    error_code int16 0+
    partition_index int32 0+
    leader_id int32 0+
    leader_epoch int32 7+ default=-1
    replica_nodes []int32 0+
    isr_nodes []int32 0+
    offline_replicas []int32 5+
   topic_authorized_operations int32 8+ default=-2147483648
  cluster_authorized_operations int32 8-10 default=-2147483648
  error_code int16 13+
OffsetCommit 8 2-10 8
 request
  group_id string 0+
  generation_id_or_member_epoch int32 1+ default=-1
  member_id string 1+
  group_instance_id string? 7+ default=null
  retention_time_ms int64 2-4 default=-1
  topics []struct 0+
   name string 0-9
   topic_id uuid 10+
   partitions []struct 0+
    partition_index int32 0+
    committed_offset int64 0+
    committed_leader_epoch int32 6+ default=-1
    committed_metadata string? 0+
 response
  throttle_time_ms int32 3+
  topics []struct 0+
   name string 0-9
   topic_id uuid 10+
   partitions []struct 0+
    partition_index int32 0+
    error_code int16 0+
OffsetFetch 9 1-10 6
 request
  group_id string 0-7
  topics []struct? 0-7
   name string 0-7
   partition_indexes []int32 0-7
  groups []struct 8+
   group_id string 8+
   member_id string? 9+ default=null
   member_epoch int32 9+ default=-1
   topics []struct? 8+
    name string 8-9
    topic_id uuid 10+
    partition_indexes []int32 8+
  require_stable bool 7+ default=false
 response
  throttle_time_ms int32 3+
  topics []struct 0-7
   name string 0-7
   partitions []struct 0-7
    partition_index int32 0-7
    committed_offset int64 0-7
    committed_leader_epoch int32 5-7 default=-1
    metadata string? 0-7
    error_code int16 0-7
  error_code int16 2-7 default=0
  groups []struct 8+
   group_id string 8+
   topics []struct 8+
    name string 8-9
    topic_id uuid 10+
    partitions []struct 8+
     partition_index int32 8+
     committed_offset int64 8+
     committed_leader_epoch int32 8+ default=-1
     metadata string? 8+
     error_code int16 8+
   error_code int16 8+ default=0
FindCoordinator 10 0-6 3
 request
  key string 0-3
  key_type int8 1+ default=0
  coordinator_keys []string 4+
 response
  throttle_time_ms int32 1+
  error_code int16 0-3
  error_message string? 1-3
  node_id int32 0-3
  host string 0-3
  port int32 0-3
  coordinators []struct 4+
   key string 4+
   node_id int32 4+
   host string 4+
   port int32 4+
   error_code int16 4+
   error_message string? 4+
JoinGroup 11 0-9 6
 request
  group_id string 0+
  session_timeout_ms int32 0+
  rebalance_timeout_ms int32 1+ default=-1
  member_id string 0+
  group_instance_id string? 5+ default=null
  protocol_type string 0+
  protocols []struct 0+
   name string 0+
   metadata bytes 0+
  reason string? 8+ default=null
 response
  throttle_time_ms int32 2+
  error_code int16 0+
  generation_id int32 0+ default=-1
  protocol_type string? 7+ default=null
  protocol_name string? 0+
  leader string 0+
  skip_assignment bool 9+ default=false
  member_id string 0+
  members []struct 0+
   member_id string 0+
   group_instance_id string? 5+ default=null
   metadata bytes 0+
Heartbeat 12 0-4 4
 request
  group_id string 0+
  generation_id int32 0+
  member_id string 0+
  group_instance_id string? 3+ default=null
 response
  throttle_time_ms int32 1+
  error_code int16 0+
LeaveGroup 13 0-5 4
 request
  group_id string 0+
  member_id string 0-2
  members []struct 3+
   member_id string 3+
   group_instance_id string? 3+ default=null
   reason string? 5+ default=null
 response
  throttle_time_ms int32 1+
  error_code int16 0+
  members []struct 3+
   member_id string 3+
   group_instance_id string? 3+
   error_code int16 3+
SyncGroup 14 0-5 4
 request
  group_id string 0+
  generation_id int32 0+
  member_id string 0+
  group_instance_id string? 3+ default=null
  protocol_type string? 5+ default=null
  protocol_name string? 5+ default=null
  assignments []struct 0+
   member_id string 0+
   assignment bytes 0+
 response
  throttle_time_ms int32 1+
  error_code int16 0+
  protocol_type string? 5+ default=null
  protocol_name string? 5+ default=null
  assignment bytes 0+
DescribeGroups 15 0-6 5
 request
  groups []string 0+
  include_authorized_operations bool 3+
 response
  throttle_time_ms int32 1+
  groups []struct 0+
   error_code int16 0+
   error_message string? 6+ default=null
   group_id string 0+
   group_state string 0+
   protocol_type string 0+
   protocol_data string 0+
   members []struct 0+
    member_id string 0+
    group_instance_id string? 4+ default=null
    client_id string 0+
    client_host string 0+
    member_metadata bytes 0+
    member_assignment bytes 0+
   authorized_operations int32 3+ default=-2147483648
ListGroups 16 0-5 3
 request
  states_filter []string 4+
  types_filter []string 5+
 response
  throttle_time_ms int32 1+
  error_code int16 0+
  groups []struct 0+
   group_id string 0+
   protocol_type string 0+
   group_state string 4+
   group_type string 5+
ApiVersions 18 0-4 3
 request
  client_software_name string 3+
  client_software_version string 3+
 response
  error_code int16 0+
  api_keys []struct 0+
   api_key int16 0+
   min_version int16 0+
   max_version int16 0+
  throttle_time_ms int32 1+
  supported_features []struct 3+ tag=0
   name string 3+
   min_version int16 3+
   max_version int16 3+
  finalized_features_epoch int64 3+ tag=1 default=-1
  finalized_features []struct 3+ tag=2
   name string 3+
   max_version_level int16 3+
   min_version_level int16 3+
  zk_migration_ready bool 3+ tag=3 default=false
CreateTopics 19 2-7 5
 request
  topics []struct 0+
   name string 0+
   num_partitions int32 0+
   replication_factor int16 0+
   assignments []struct 0+
    partition_index int32 0+
    broker_ids []int32 0+
   configs []struct 0+
    name string 0+
    value string? 0+
  timeout_ms int32 0+ default=60000
  validate_only bool 1+ default=false
 response
  throttle_time_ms int32 2+
  topics []struct 0+
   name string 0+
   topic_id uuid 7+
   error_code int16 0+
   error_message string? 1+
   topic_config_error_code int16 5+ tag=0
   num_partitions int32 5+ default=-1
   replication_factor int16 5+ default=-1
   configs []struct? 5+
    name string 5+
    value string? 5+
    read_only bool 5+
    config_source int8 5+ default=-1
    is_sensitive bool 5+
DeleteTopics 20 1-6 4
 request
  topics []struct 6+
   name string? 6+ default=null
   topic_id uuid 6+
  topic_names []string 0-5
  timeout_ms int32 0+
 response
  throttle_time_ms int32 1+
  responses []struct 0+
   name string? 0+
   topic_id uuid 6+
   error_code int16 0+
   error_message string? 5+ default=null
DeleteRecords 21 0-2 2
 request
  topics []struct 0+
   name string 0+
   partitions []struct 0+
    partition_index int32 0+
    offset int64 0+
  timeout_ms int32 0+
 response
  throttle_time_ms int32 0+
  topics []struct 0+
   name string 0+
   partitions []struct 0+
    partition_index int32 0+
    low_watermark int64 0+
    error_code int16 0+
InitProducerId 22 0-5 2
 request
  transactional_id string? 0+
  transaction_timeout_ms int32 0+
  producer_id int64 3+ default=-1
  producer_epoch int16 3+ default=-1
  enable2_pc bool 6+ default=false
  keep_prepared_txn bool 6+ default=false
 response
  throttle_time_ms int32 0+
  error_code int16 0+
  producer_id int64 0+ default=-1
  producer_epoch int16 0+
  ongoing_txn_producer_id int64 6+ default=-1
  ongoing_txn_producer_epoch int16 6+ default=-1
OffsetForLeaderEpoch 23 2-4 4
 request
  replica_id int32 3+ default=-2
  topics []struct 0+
   topic string 0+
   partitions []struct 0+
    partition int32 0+
    current_leader_epoch int32 2+ default=-1
    leader_epoch int32 0+
 response
  throttle_time_ms int32 2+
  topics []struct 0+
   topic string 0+
   partitions []struct 0+
    error_code int16 0+
    partition int32 0+
    leader_epoch int32 1+ default=-1
    end_offset int64 0+ default=-1
DescribeConfigs 32 1-4 4
 request
  resources []struct 0+
   resource_type int8 0+
   resource_name string 0+
   configuration_keys []string? 0+
  include_synonyms bool 1+ default=false
  include_documentation bool 3+ default=false
 response
  throttle_time_ms int32 0+
  results []struct 0+
   error_code int16 0+
   error_message string? 0+
   resource_type int8 0+
   resource_name string 0+
   configs []struct 0+
    name string 0+
    value string? 0+
    read_only bool 0+
    config_source int8 1+ default=-1
    is_sensitive bool 0+
    synonyms []struct 1+
     name string 1+
     value string? 1+
     source int8 1+
    config_type int8 3+ default=0
    documentation string? 3+
DescribeLogDirs 35 1-5 2
 request
  topics []struct? 0+
   topic string 0+
   partitions []int32 0+
 response
  throttle_time_ms int32 0+
  error_code int16 3+
  results []struct 0+
   error_code int16 0+
   log_dir string 0+
   topics []struct 0+
    name string 0+
    partitions []struct 0+
     partition_index int32 0+
     partition_size int64 0+
     offset_lag int64 0+
     is_future_key bool 0+
   total_bytes int64 4+ default=-1
   usable_bytes int64 4+ default=-1
   is_cordoned bool 5+ default=false
CreatePartitions 37 0-3 2
 request
  topics []struct 0+
   name string 0+
   count int32 0+
   assignments []struct? 0+
    broker_ids []int32 0+
  timeout_ms int32 0+
  validate_only bool 0+
 response
  throttle_time_ms int32 0+
  results []struct 0+
   name string 0+
   error_code int16 0+
   error_message string? 0+ default=null
DeleteGroups 42 0-2 2
 request
  groups_names []string 0+
 response
  throttle_time_ms int32 0+
  results []struct 0+
   group_id string 0+
   error_code int16 0+
IncrementalAlterConfigs 44 0-1 1
 request
  resources []struct 0+
   resource_type int8 0+
   resource_name string 0+
   configs []struct 0+
    name string 0+
    config_operation int8 0+
    value string? 0+
  validate_only bool 0+
 response
  throttle_time_ms int32 0+
  responses []struct 0+
   error_code int16 0+
   error_message string? 0+
   resource_type int8 0+
   resource_name string 0+
OffsetDelete 47 0-0 99
 request
  group_id string 0+
  topics []struct 0+
   name string 0+
   partitions []struct 0+
    partition_index int32 0+
 response
  error_code int16 0+
  throttle_time_ms int32 0+
  topics []struct 0+
   name string 0+
   partitions []struct 0+
    partition_index int32 0+
    error_code int16 0+
DescribeCluster 60 0-2 0
 request
  include_cluster_authorized_operations bool 0+
  endpoint_type int8 1+ default=1
  include_fenced_brokers bool 2+
 response
  throttle_time_ms int32 0+
  error_code int16 0+
  error_message string? 0+ default=null
  endpoint_type int8 1+ default=1
  cluster_id string 0+
  controller_id int32 0+ default=-1
  brokers []struct 0+
   broker_id int32 0+
   host string 0+
   port int32 0+
   rack string? 0+ default=null
   is_fenced bool 2+
  cluster_authorized_operations int32 0+ default=-2147483648
DescribeProducers 61 0-0 0
 request
  topics []struct 0+
   name string 0+
   partition_indexes []int32 0+
 response
  throttle_time_ms int32 0+
  topics []struct 0+
   name string 0+
   partitions []struct 0+
    partition_index int32 0+
    error_code int16 0+
    error_message string? 0+ default=null
    active_producers []struct 0+
     producer_id int64 0+
     producer_epoch int32 0+
     last_sequence int32 0+ default=-1
     last_timestamp int64 0+ default=-1
     coordinator_epoch int32 0+
     current_txn_start_offset int64 0+ default=-1
DescribeTopicPartitions 75 0-0 0
 request
  topics []struct 0+
   name string 0+
  response_partition_limit int32 0+ default=2000
  cursor struct? 0+ default=null
   topic_name string 0+
   partition_index int32 0+
 response
  throttle_time_ms int32 0+
  topics []struct 0+
   error_code int16 0+
   name string? 0+
   topic_id uuid 0+
   is_internal bool 0+ default=false
   partitions []struct 0+
    error_code int16 0+
    partition_index int32 0+
    leader_id int32 0+
    leader_epoch int32 0+ default=-1
    replica_nodes []int32 0+
    isr_nodes []int32 0+
    eligible_leader_replicas []int32? 0+ default=null
    last_known_elr []int32? 0+ default=null
    offline_replicas []int32 0+
   topic_authorized_operations int32 0+ default=-2147483648
  next_cursor struct? 0+ default=null
   topic_name string 0+
   partition_index int32 0+
"""
