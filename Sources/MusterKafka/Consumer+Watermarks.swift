// What a consumer knows without asking anybody: brokers tell where a partition ends with whatever
// is fetched from it. Lag is measured by that, because asking would make the polling thread wait.

internal import CLibRdKafka

extension Consumer {
    /// The offset that the partition's next record will have, by the latest answer to a fetch;
    /// `nil` before the first. It needs no broker and does not wait.
    public func knownEnd(of partition: TopicPartition) -> Int64? {
        var low: Int64 = 0
        var high: Int64 = 0
        let code = unsafe rd_kafka_get_watermark_offsets(
            client.raw,
            partition.topic,
            partition.partition,
            &low,
            &high
        )
        // Unknown ones are negative.
        return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
    }
}
