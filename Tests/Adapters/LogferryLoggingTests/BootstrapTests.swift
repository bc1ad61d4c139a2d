import Logferry
import LogferryLogging
import Logging
import SdkRig
import ServiceLifecycle
import Testing

/// swift-log is bootstrapped once in a process, so each test has a process of its own.
@Suite("Bootstrapping swift-log", .timeLimit(.minutes(4)))
struct BootstrapTests {
    @Test("one call hands every logger's entries to the shipper, and its service delivers them at the end")
    func bootstrap() async {
        await #expect(processExitsWith: .success) {
            let rig = ShipperRig { $0.maxAge = .seconds(3600) }
            let service = LoggingSystem.bootstrap(
                rig.shipper, level: .debug, metadataProvider: Logger.MetadataProvider { ["request": "7"] },
                shutdownWithin: .seconds(5))
            Logger(label: "a.b").debug("first words")
            Logger(label: "a.b").trace("too low")
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [.init(service: service)], logger: Logger(label: "g") { SwiftLogNoOpLogHandler($0) }))
            async let running: Void = group.run()
            await group.triggerGracefulShutdown()
            try await running
            #expect(rig.found.lines.count == 1)
            let line = rig.found.lines.first ?? ""
            for member in [#""message":"first words""#, #""logger":"a.b""#, #""request":"7""#] {
                #expect(line.contains(member), "\(member)")
            }
        }
    }

    @Test("without a group the shipper is shut down by hand")
    func byHand() async {
        await #expect(processExitsWith: .success) {
            let rig = ShipperRig { $0.maxAge = .seconds(3600) }
            LoggingSystem.bootstrap(rig.shipper)
            Logger(label: "a").info("words")
            Logger(label: "a").debug("too low")
            #expect(await rig.shipper.shutdown(within: .seconds(5)).delivered == 1)
        }
    }
}
