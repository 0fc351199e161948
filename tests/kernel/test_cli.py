from click.testing import CliRunner

from app.cli import main


def test_the_command_tells_what_it_is():
    answer = CliRunner().invoke(main, ["--help"])

    assert answer.exit_code == 0
    assert "安护" in answer.output
