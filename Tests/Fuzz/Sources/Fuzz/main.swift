import CFuzzer
import Glibc

// `fuzz TARGET [libFuzzer options] [corpus folders]`, run by scripts/fuzz.
guard CommandLine.arguments.count > 1, let target = FuzzTarget(rawValue: CommandLine.arguments[1])
else {
  for target in FuzzTarget.allCases { puts(target.rawValue) }
  exit(CommandLine.arguments.count > 1 ? 2 : 0)
}
var count = CommandLine.argc - 1
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
exit(LLVMFuzzerRunDriver(&count, &arguments, target.callback))
