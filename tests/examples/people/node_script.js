// Objects as console.log shows them.
const lr = Number(process.argv[2].split("=")[1]);
let acc = 0.3;
for (let epoch = 1; epoch <= 3; epoch++) {
  acc += lr * (1 - acc);
  console.log({ epoch, trainLoss: 1 - acc, valLoss: 1.1 - acc, valAcc: acc });
}
