const { CancellationTokenSource, commands, lm, window } = require('vscode');

exports.activate = ({ subscriptions }) => {
  subscriptions.push(
    commands.registerCommand('tests.startByTool', async () => {
      const { token } = new CancellationTokenSource();
      const input = { file: 'asked.esrgan.yaml', stage: 'pretraining' };
      try {
        await lm.invokeTool('esrgan_startRun', { input, toolInvocationToken: undefined }, token);
        window.showInformationMessage('The tool has answered.');
      } catch (error) {
        window.showInformationMessage(`The tool has refused: ${error.message}`);
      }
    }),
  );
};
