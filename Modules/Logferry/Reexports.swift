// The words of `LogModel` that the SDK's own declarations use, so that `import Logferry` alone suffices.

@_exported public import struct LogModel.CivilDay
@_exported public import enum LogModel.Level
@_exported public import struct LogModel.Secret
