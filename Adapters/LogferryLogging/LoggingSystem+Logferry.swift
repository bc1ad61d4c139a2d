public import Logferry
public import Logging

extension LoggingSystem {
    /// Hands what every logger of this process logs to a shipper.
    ///
    /// Call it once, before the first logger is made: swift-log ends the process at a second bootstrap.
    ///
    /// - Parameters:
    ///   - shipper: takes the lines.
    ///   - level: the lowest level that is logged.
    ///   - metadataProvider: gives each entry more metadata.
    ///   - limit: how long the returned service delivers at the end, at most.
    /// - Returns: the service that delivers what is left when the process ends. Put it first into the `ServiceGroup`:
    ///   groups end their services in reverse order, so the others' last lines are still taken. Without a group, end
    ///   with `shutdown(within:)` of the shipper instead.
    @discardableResult
    public static func bootstrap(
        _ shipper: LogShipper, level: Logger.Level = .info, metadataProvider: Logger.MetadataProvider? = nil,
        shutdownWithin limit: Duration = .seconds(10)
    ) -> LogferryLoggingService {
        bootstrap(
            { label, provider in
                LogferryLogHandler(label: label, shipper: shipper, level: level, metadataProvider: provider)
            }, metadataProvider: metadataProvider)
        return LogferryLoggingService(shipper, shutdownWithin: limit)
    }
}
