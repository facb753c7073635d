import ArgumentParser
import Commands

await SottoCommand.run()
