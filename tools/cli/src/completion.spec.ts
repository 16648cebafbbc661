import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { COMMANDS, SHELLS } from './command-table.ts';
import { completionScript } from './completion.ts';
import { commandHelp, overview } from './help.ts';

function completed(...words: string[]): string[] {
  const line = `${completionScript('bash')}
    COMP_LINE='${words.join(' ')}'; COMP_POINT=\${#COMP_LINE}
    _vigie; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return spawnSync('bash', ['-c', line], { encoding: 'utf8' }).stdout.trim().split('\n');
}

describe('the completion', () => {
  for (const shell of SHELLS) {
    it(`is a script that ${shell} parses`, function () {
      const { error, status, stderr } = spawnSync(shell, ['-n'], { input: completionScript(shell), encoding: 'utf8' });
      if (error !== undefined) return this.skip();
      expect([status, stderr]).to.deep.equal([0, '']);
    });

    it(`of ${shell} has every command and option`, () => {
      const script = completionScript(shell);
      for (const { name, options } of COMMANDS) {
        expect(script).to.contain(name);
        for (const option of options)
          expect(script).to.contain(shell === 'fish' ? `-l ${option.name}` : `--${option.name}`);
      }
    });
  }

  it('completes commands, options and values in bash', () => {
    expect(completed('vigie', 're')).to.deep.equal(['replay', 'redrive']);
    expect(completed('vigie', 'get', '--w')).to.deep.equal(['--wait']);
    expect(completed('vigie', 'list', '--status', 'F')).to.deep.equal(['FAILED']);
    expect(completed('vigie', 'completion', 'z')).to.deep.equal(['zsh']);
    expect(completed('vigie', 'keys', 'r')).to.deep.equal(['rotate', 'revoke']);
    expect(completed('vigie', 'keys', 'create', 'a', '--scope', 'v')).to.deep.equal(['videos:probe']);
  });

  it('completes what is after a colon in bash, which takes that for a word', () => {
    expect(completed('vigie', 'keys', 'create', 'a', '--scope', 'alerts:')).to.deep.equal(['write', 'read', 'operate']);
  });
});

describe('the help', () => {
  it('has every command, and of each every option', () => {
    for (const command of COMMANDS) {
      expect(overview()).to.contain(`  ${command.name} `);
      for (const { name } of command.options) expect(commandHelp(command)).to.contain(`--${name}`);
    }
  });
});
