# SPDX-License-Identifier: AGPL-3.0-or-later
#
# The Homebrew formula: `scripts/pack formula` fills in the address, version and checksums of a
# release.
class Kaizen < Formula
  desc "Records what coding agents do, on this machine alone"
  homepage "@URL@"
  version "@VERSION@"
  license "AGPL-3.0-or-later"

  on_macos do
    on_arm do
      url "#{homepage}/releases/download/v@VERSION@/kaizen-macos-arm64.tar.gz"
      sha256 "@SHA256 kaizen-macos-arm64.tar.gz@"
    end
    on_intel do
      url "#{homepage}/releases/download/v@VERSION@/kaizen-macos-x64.tar.gz"
      sha256 "@SHA256 kaizen-macos-x64.tar.gz@"
    end
  end

  on_linux do
    on_arm do
      url "#{homepage}/releases/download/v@VERSION@/kaizen-linux-arm64.tar.gz"
      sha256 "@SHA256 kaizen-linux-arm64.tar.gz@"
    end
    on_intel do
      url "#{homepage}/releases/download/v@VERSION@/kaizen-linux-x64.tar.gz"
      sha256 "@SHA256 kaizen-linux-x64.tar.gz@"
    end
  end

  # An archive is a whole prefix. The launcher lies beside the binary, so both go to libexec.
  def install
    libexec.install Dir["lib/kaizen/*"]
    bin.install_symlink libexec/"kaizen.sh" => "kaizen"
    man1.install "share/man/man1/kaizen.1"
    bash_completion.install "share/bash-completion/completions/kaizen"
    zsh_completion.install "share/zsh/site-functions/_kaizen"
    fish_completion.install "share/fish/vendor_completions.d/kaizen.fish"
  end

  service do
    run [opt_libexec/"kaizen.sh", "daemon", "run"]
    keep_alive crashed: true
  end

  test do
    assert_match "kaizen #{version}", shell_output("#{bin}/kaizen --version")
  end
end
